export function NodePage(_: { readonly id: string }) {
  return null
}
