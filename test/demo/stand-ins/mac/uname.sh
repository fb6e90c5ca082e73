case ${1:--s} in
  -s) echo Darwin ;;
  -m) echo arm64 ;;
  -r) echo 24.6.0 ;;
  *) echo 'Darwin mac.local 24.6.0 Darwin Kernel Version 24.6.0 arm64' ;;
esac
