#!/usr/bin/env bash
# Refreshes Plotly's browser bundle in surveyapp/static/vendor/ from npm's published packages, unmodified.
#
#   scripts/refresh_plotly.sh            the version the installed Python plotly expects
#   scripts/refresh_plotly.sh 4.1.1      that version
#
# Needs npm (whatever registry it is configured for), tar and sha256sum. npm checks each package against its published
# integrity hash; what was vendored is recorded in SHA256SUMS. The same version must always give the same bytes: if it
# does not, the script stops before it changes anything.
set -euo pipefail
cd "$(dirname "$0")/.."

vendor=surveyapp/static/vendor
python=${PYTHON:-.venv/bin/python}
version=${1:-$("$python" -c 'from plotly.offline import get_plotlyjs_version; print(get_plotlyjs_version())')}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The "basic" bundle is the smallest published one with bar and scatter. Its style sheet is published with the full
# package only.
for package in plotly.js-basic-dist-min plotly.js; do
  echo "Fetching $package $version"
  npm pack "$package@$version" --pack-destination "$work" --ignore-scripts --silent >/dev/null
  mkdir "$work/$package"
  tar -xzf "$work/$package-$version.tgz" -C "$work/$package" --strip-components=1
done

bundle=plotly-$version-basic.min.js
styles=plotly-$version.css
licence=plotly-LICENSE
mkdir "$work/new"
cp "$work/plotly.js-basic-dist-min/plotly-basic.min.js" "$work/new/$bundle"
cp "$work/plotly.js/dist/plotly.css" "$work/new/$styles"
cp "$work/plotly.js-basic-dist-min/LICENSE" "$work/new/$licence"

# A page under our Content-Security-Policy may not make code from text; a bundle that does is the wrong one.
if grep -qE '\bnew Function\b|[^.[:alnum:]_](eval|Function)\(' "$work/new/$bundle"; then
  echo "$bundle builds functions from text, which the Content-Security-Policy forbids. Nothing was changed." >&2
  exit 1
fi

(cd "$work/new" && sha256sum "$bundle" "$styles" "$licence" >SHA256SUMS)
if [ -f "$vendor/SHA256SUMS" ] && grep -q "  $bundle\$" "$vendor/SHA256SUMS" \
    && ! cmp -s "$vendor/SHA256SUMS" "$work/new/SHA256SUMS"; then
  echo "Version $version no longer has the bytes that were vendored. Nothing was changed." >&2
  diff "$vendor/SHA256SUMS" "$work/new/SHA256SUMS" >&2 || true
  exit 1
fi

mkdir -p "$vendor"
rm -f "$vendor"/plotly-*
install -m 644 "$work/new"/* "$vendor/"
cat "$vendor/SHA256SUMS"

# The version is part of the file's name (it may be cached for ever), so templates that name another one are stale.
if grep -rnE 'plotly-[0-9][0-9.]*[0-9]' surveyapp --include='*.html' --include='*.py' | grep -vF "plotly-$version"; then
  echo "The lines above name another version: change them to $version." >&2
  exit 1
fi
