# Stands for macOS's ps: the columns that it knows, and of this machine's processes only.
usage() { printf 'ps: illegal argument: %s\nusage: ps [-AaCcEefhjlMmrSTvwXx] [-O fmt | -o fmt] [-G gid[,gid...]]\n' "$1" >&2; exit 1; }
case $1 in
  -axwwo) columns=$2; [ $# -eq 2 ] || usage "$*" ;;
  -axww)
    shift; columns=
    while [ $# -gt 0 ]; do [ "$1" = -o ] || usage "$1"; columns=$columns,$2; shift 2; done ;;
  *) usage "$*" ;;
esac
columns=${columns#,}
for column in $(printf '%s' "$columns" | tr ',' ' '); do
  case $column in pid= | ppid= | uid= | rss= | time= | tty= | lstart= | args= | comm= | command=) ;; *) usage "$column" ;; esac
done
[ -e "$OCM_MAC_BROKEN_PS" ] && exit 0
own=$(/usr/bin/env grep -lzxF "HOME=$HOME" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3 | tr '\n' ' ')
case $columns in pid=*) ;; *) usage "$columns" ;; esac
"$OCM_MAC_REAL_PS" -axwwo "$columns" | awk -v "own=$own" 'BEGIN { n = split(own, list, " "); for (i = 1; i <= n; i++) is[list[i]] = 1 } $1 in is'
