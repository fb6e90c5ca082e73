/** `systemctl --user` finds its bus through these, also where PAM did not set them. */
export function userBus(uid: number): Readonly<Record<string, string>> {
  return { XDG_RUNTIME_DIR: `/run/user/${uid}`, DBUS_SESSION_BUS_ADDRESS: `unix:path=/run/user/${uid}/bus` }
}
