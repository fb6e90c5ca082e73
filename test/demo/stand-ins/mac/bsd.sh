# Stands for a tool of BSD: as on macOS it has no long options, and none of those that only GNU's has.
# The lines before these set its name, and where the real one is.
refuse() { printf '%s: illegal option -- %s\n' "$name" "$1" >&2; exit 2; }
for word in "$@"; do
  case $name:$word in
    *:--) break ;;
    *:--*) refuse - ;;
    grep:-*[PzZT]*) refuse P ;;
    sed:-*[zs]*) refuse z ;;
    head:-*z* | tail:-*z* | sort:-*z*) refuse z ;;
    find:-printf | find:-readable | find:-regextype) printf 'find: %s: unknown primary or operator\n' "$word" >&2; exit 1 ;;
    readlink:-*e* | readlink:-*m* | stat:-c* | date:-d* | xargs:-r*) refuse x ;;
  esac
done
exec "$real" "$@"
