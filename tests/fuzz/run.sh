#!/usr/bin/env bash
# One fuzzer for a while.  usage: run.sh BUILD TARGET SECONDS
# Its log is BUILD/TARGET.log; the input of a finding lies in BUILD/findings and belongs into
# tests/fuzz/findings/TARGET once it is mended.
set -euo pipefail
build=$1 target=$2 seconds=$3
here=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
mkdir -p "$build/findings" "$build/corpus/$target"
folders=("$build/corpus/$target" "$here/corpus/$target")
if [[ -d $here/findings/$target ]]; then folders+=("$here/findings/$target"); fi
export HUBLOAD_FUZZ_TARGET=$target
if "$build/tests/fuzz/fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
    -max_len=16384 -dict="$here/words.dict" -artifact_prefix="$build/findings/$target-" \
    -print_final_stats=1 "${folders[@]}" >"$build/$target.log" 2>&1; then
    printf '%-13s %s inputs, nothing found\n' "$target" \
        "$(sed -n 's/^stat::number_of_executed_units: *//p' "$build/$target.log")"
else
    printf '%-13s FOUND something:\n' "$target"
    tail -n 40 "$build/$target.log"
    exit 1
fi
