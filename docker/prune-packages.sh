#!/bin/sh
# Removes from ./node_modules what is installed but never loaded: Prisma's command line, which its client names as an
# optional companion, with all that it brings, onnxruntime's files for other systems, and those for browsers, of which the
# build of the API has taken what demo pages need. What is built has typebox in it.
set -eu
cd node_modules
rm -rf prisma typescript effect elkjs react react-dom typebox
rm -rf @typescript @electric-sql @visx @radix-ui onnxruntime-web
cd @prisma
rm -rf dev studio-core engines engines-version fetch-engine get-platform query-plan-executor streams-local
cd ..
if [ -d onnxruntime-node ]; then
  keep="linux/$(node -p process.arch)"
  for folder in onnxruntime-node/bin/napi-v*/*/*; do
    case "$folder" in */"$keep") ;; *) rm -rf "$folder" ;; esac
  done
fi
