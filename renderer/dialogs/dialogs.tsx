export function Dialogs(_: object) {
  return null
}
