export function RunSheet(_: { readonly id: string }) {
  return null
}
