# Stands in for cmd.exe as the login shell over SSH: it knows PowerShell and Node.js, and no POSIX tool at all.
line=$2
case $line in
  powershell\ *)
    set -f
    # shellcheck disable=SC2086
    exec "$OCM_WINDOWS_BASE/bin/powershell" ${line#powershell } ;;
  'C:\PROGRA~1\nodejs\node.exe --no-warnings -e "'*)
    [ ! -e "$OCM_WINDOWS_BASE/no-node" ] || { echo 'The system cannot find the path specified.' >&2; exit 1; }
    code=${line#*-e \"}
    exec "$OCM_WINDOWS_NODE" --no-warnings -e "${code%\"}" ;;
esac
printf "'%s' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n" "${line%% *}" >&2
exit 1
