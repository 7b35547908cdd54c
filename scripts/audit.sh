#!/bin/sh
# What can be held against this program and what it stands on, by tools that know more than we do. Run by `make audit`; what they
# wrote stands in build/audit. Ends with 1 where something has to be mended, or excepted with its reason (pyproject.toml's
# [tool.bandit]; scripts/known_secrets.json).
set -u
tools=${1:?the folder of the tools}
out=build/audit
mkdir -p "$out"
wrong=0
fails() { echo "  $1"; wrong=1; }

echo "The program, by bandit"
"$tools/bandit" --configfile pyproject.toml --severity-level medium --recursive surveyapp wsgi.py deploy scripts \
  --format txt --output "$out/bandit.txt" --quiet || fails "Look into $out/bandit.txt."

echo "What it stands on, by pip-audit"
if "$tools/pip-audit" --disable-pip --no-deps --requirement requirements.txt --format json --output "$out/vulnerabilities.json" \
  2> "$out/pip-audit.log"; then
  unknown=$(grep -o '"skip_reason"' "$out/vulnerabilities.json" | wc -l)
  known=$(grep -o '"vulns"' "$out/vulnerabilities.json" | wc -l)
  if [ "$known" -eq 0 ]; then
    echo "  Its source could not be asked from here: of $unknown packages nothing is known. Run it where it can be reached."
  else
    echo "  Nothing is known against $known packages; $unknown could not be looked up."
  fi
elif [ -s "$out/vulnerabilities.json" ]; then
  fails "Something is known against what we stand on: $out/vulnerabilities.json. Raise the pins, or replace it."
else
  echo "  Its source could not be reached ($out/pip-audit.log). Run it where it can."
fi

echo "Secrets in what is committed, by detect-secrets"
# A copy, which it brings up to date where lines have moved.
cp scripts/known_secrets.json "$out/known_secrets.json"
git ls-files -z -- wsgi.py surveyapp deploy scripts docs migrations '*.toml' '*.ini' Makefile ':!surveyapp/translations' \
  ':!surveyapp/static' ':!scripts/known_secrets.json' \
  | xargs -0 sh -c '"$0" --baseline build/audit/known_secrets.json --no-verify "$@" > build/audit/secrets.txt; [ $? -ne 1 ]' \
    "$tools/detect-secrets-hook" \
  || fails "Look into $out/secrets.txt. What is none enters scripts/known_secrets.json (detect-secrets scan --baseline)."

echo "An inventory of components, by CycloneDX"
"$tools/cyclonedx-py" requirements requirements.txt --pyproject pyproject.toml --of JSON --output-file "$out/components.json" \
  2> "$out/components.log" || fails "Look into $out/components.log."

[ "$wrong" -eq 0 ] && echo "Nothing has to be mended."
exit "$wrong"
