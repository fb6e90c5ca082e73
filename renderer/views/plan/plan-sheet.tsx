export function PlanSheet(_: object) {
  return null
}
