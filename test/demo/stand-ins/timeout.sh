#!/bin/sh
# Stands in for GNU timeout where there is none: timeout [-k N] [-s SIGNAL] SECONDS PROGRAM [WORDS]. Status 124 when time is up.
while [ "${1#-}" != "$1" ]; do
  case $1 in -k | -s) shift 2 ;; *) shift ;; esac
done
limit=$1
shift
# A program in the background would get /dev/null as its input: hand it ours under another number.
exec 3<&0
"$@" <&3 3<&- &
program=$!
(
  # Not the caller's pipes: it would wait for them as long as this sleep lasts.
  exec </dev/null >/dev/null 2>&1 3<&-
  trap 'kill "$sleeper"; exit' TERM
  sleep "$limit" &
  sleeper=$!
  wait "$sleeper"
  kill -TERM "$program" && sleep 2 && kill -KILL "$program"
) &
watcher=$!
wait "$program"
status=$?
kill -TERM "$watcher" 2>/dev/null || status=124
[ "$status" -eq 143 ] && status=124
exit "$status"
