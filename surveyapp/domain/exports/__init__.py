"""Single answers as they leave the platform: what a file holds, before it is written in any format."""
