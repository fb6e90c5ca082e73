export function SettingsView(_: object) {
  return null
}
