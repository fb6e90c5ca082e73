import { useEffect, useState } from 'react'

/** Grey shapes where data will be; they show after 300 ms, so that a fast answer never flickers. */
export function Skeleton({ count, className }: { readonly count: number; readonly className: string }) {
  const [isLate, setIsLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setIsLate(true), 300)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div role="status" className={className}>
      <span className="visually-hidden">Loading</span>
      {isLate &&
        Array.from({ length: count }, (_, index) => <div key={index} className="skeleton" aria-hidden="true" />)}
    </div>
  )
}
