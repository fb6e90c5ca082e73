import type { Known } from '../../shared/survey'

/** The value of a known fact, or undefined. (The twin in shared would bring the schema library into the window.) */
export function valueOf<T>(fact: Known<T>): T | undefined {
  return fact.state === 'known' ? fact.value : undefined
}

/** The sum over facts, or why it cannot be told: one unknown part makes the whole unknown. */
export function total<T>(facts: readonly Known<T>[], measure: (value: T) => number): Known<number> {
  let sum = 0
  for (const fact of facts) {
    if (fact.state === 'unknown') return fact
    sum += measure(fact.value)
  }
  return { state: 'known', value: sum }
}
