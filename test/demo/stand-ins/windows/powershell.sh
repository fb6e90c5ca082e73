# Stands in for powershell.exe: the machine's own model answers. In go the encoded script and, as base64, what is on stdin.
LC_ALL=C
for script in "$@"; do :; done
input=$(base64 -w 0)
address=${OCM_WINDOWS_DOOR#http://}
door=${address%%/*}
words="powershell
$script
$input"
exec 3<>"/dev/tcp/${door%:*}/${door##*:}" || exit 1
printf 'POST /%s HTTP/1.0\r\nContent-Type: text/plain\r\nContent-Length: %s\r\n\r\n%s' "${address#*/}" "${#words}" "$words" >&3
while IFS= read -r line <&3 && [ "$line" != $'\r' ]; do :; done
read -r code complaints <&3
while [ "$complaints" -gt 0 ]; do
  IFS= read -r line <&3
  complaints=$((complaints - 1))
  printf '%s\n' "$line" >&2
done
cat <&3
exit "${code:-1}"
