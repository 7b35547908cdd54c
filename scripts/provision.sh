#!/usr/bin/env bash
# Puts Chromium, PostgreSQL, PSPP and Poppler's tools on the machine from Debian's packages, when they are missing and this machine lets us.
# Without them the tests that need them are skipped on a laptop, and fail where CI=true.
set -u
# The sign-in provider that tests try ours against; into a folder of this checkout, with nothing of npm's beside it.
provider=oidc-provider@9.13.3
folder="$(dirname "$0")/../.oidc"
if command -v npm >/dev/null && [ "$(cat "$folder/version" 2>/dev/null)" != "$provider" ]; then
  echo "Installing $provider…"
  mkdir -p "$folder" && npm install --prefix "$folder" --no-save --no-package-lock --ignore-scripts --no-audit --no-fund \
    --loglevel=error "$provider" >/dev/null && echo "$provider" > "$folder/version" ||
    echo "Could not install $provider. Tests that need it will be skipped."
fi
wanted=()
command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null || wanted+=(chromium-headless-shell)
command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || wanted+=(postgresql)
command -v pspp >/dev/null || wanted+=(pspp)
command -v pdftotext >/dev/null || wanted+=(poppler-utils)
[ ${#wanted[@]} -eq 0 ] && exit 0
if ! command -v apt-get >/dev/null; then
  echo "Not found: ${wanted[*]}. Tests that need them will be skipped."
  exit 0
fi
if [ "$(id -u)" = 0 ]; then as=(env DEBIAN_FRONTEND=noninteractive)
elif sudo -n true 2>/dev/null; then as=(sudo -n env DEBIAN_FRONTEND=noninteractive)
else echo "Not found: ${wanted[*]}. Install them with apt-get to run every test."; exit 0; fi
echo "Installing ${wanted[*]}…"
"${as[@]}" apt-get update -qq >/dev/null && "${as[@]}" apt-get install -y -qq --no-install-recommends "${wanted[@]}" >/dev/null ||
  echo "Could not install ${wanted[*]}. Tests that need them will be skipped."
