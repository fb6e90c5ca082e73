export function Activity(_: object) {
  return null
}
