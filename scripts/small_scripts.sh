#!/usr/bin/env bash
# Makes the scripts of participants' and interviewers' pages small: each with what it imports as one file, into
# surveyapp/static/js/small/, with the mark of the modules that they were made of.
#
# Needs npm (whatever registry it is configured for), which checks each package against its published integrity hash.
# What is there is only served while it is of the very modules that are there (web/shared/static_files.py): whoever
# changes one sees it at once, as it is written, and makes it small before it goes out.
set -euo pipefail
cd "$(dirname "$0")/.."

# esbuild makes one file of modules, terser writes it shorter: of a survey's script the two leave 11.3 KB.
esbuild=0.28.2
terser=5.51.4

from=surveyapp/static/js/survey
into=surveyapp/static/js/small
# Whatever a page, a worker or another script names. What is beside a script on its page, or fetched later, is not put in it.
scripts=(participant survey later typed afterwards waiting forget interview sealed file away worker away_worker)
apart=(--external:./participant.js --external:./waiting.js)
# An interviewer's tablet reads whatever is typed; a phone fetches what does where a questionnaire asks for it.
declare -A later=([survey]=--external:./typed.js)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm install --prefix "$work" --no-save --ignore-scripts --silent "esbuild@$esbuild" "terser@$terser" >/dev/null

mkdir "$work/one" "$work/small"
for name in "${scripts[@]}"; do
  "$work/node_modules/.bin/esbuild" "$from/$name.js" --bundle --minify-syntax --format=esm --target=es2021 \
    --log-level=error "${apart[@]}" ${later[$name]:-} --outfile="$work/one/$name.js"
  "$work/node_modules/.bin/terser" "$work/one/$name.js" --module --ecma 2020 --compress passes=3,unsafe_arrows=true,hoist_funs=true --mangle \
    --output "$work/small/$name.js"
done
(cd "$from" && LC_ALL=C && cat -- *.js | sha256sum | cut -d' ' -f1) >"$work/small/OF"

rm -rf "$into"
mkdir "$into"
install -m 644 "$work/small"/* "$into/"
wc -c "$into"/*.js
