export function Backups(_: object) {
  return null
}
