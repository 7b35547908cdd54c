"""What is put right after people joined: touchpoints and schedules that change, two records of one person."""
