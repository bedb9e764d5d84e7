# quietly WHAT LOG COMMAND...   Runs COMMAND with its output in LOG. Says WHAT it did if that took a while; on failure
# shows the lines that matter: from the first error on where there is one, else the last.
quietly() {
  local what=$1 log=$2 start=$SECONDS code=0 first
  shift 2
  mkdir -p "$(dirname "$log")"
  "$@" > "$log" 2>&1 < /dev/null || code=$?
  if [ $code = 0 ]; then
    if [ $((SECONDS - start)) -ge 10 ]; then echo "$what: $((SECONDS - start)) s" >&2; fi
    return 0
  fi
  first=$(grep -nE '^FAILED: |error:|^E: |CMake Error' "$log" | head -1 | cut -d: -f1)
  if [ -n "$first" ]; then tail -n "+$first" "$log" | head -40 >&2; else tail -n 25 "$log" >&2; fi
  echo "$what: failed (all of it in $log)" >&2
  return $code
}

# Programs at once: a compiler of heavy headers wants 1.5 GB.
jobs_max() {
  local cores memory_gb
  cores=$(nproc)
  memory_gb=$(awk '/^MemAvailable/ { print int($2 / 1500000) }' /proc/meminfo)
  if [ "$memory_gb" -lt 1 ]; then memory_gb=1; fi
  echo $((cores < memory_gb ? cores : memory_gb))
}
