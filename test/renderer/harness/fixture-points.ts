import type { FamilyPoint, WatchPoint } from '../../../shared/sample'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const GB = 1_000_000_000
const MB = 1_000_000

/** How long and how fine each span is kept. */
const SPANS = {
  day: { lengthMs: 24 * HOUR, stepMs: MINUTE },
  month: { lengthMs: 30 * 24 * HOUR, stepMs: 30 * MINUTE },
  year: { lengthMs: 365 * 24 * HOUR, stepMs: 6 * HOUR },
} as const

export type Span = keyof typeof SPANS

const family = (count: number, leaked: number, cpuShare: number, rssBytes: number): FamilyPoint => ({
  count,
  leaked,
  agesMs: [],
  cpuShare,
  rssBytes,
})

const use = (bytes: number, files: number) => ({ bytes, diskBytes: bytes, files })

/** A node whose orphans grow and whose node hosts leak; for two hours nothing was seen of it. */
function pointAt(at: number, share: number, spanMs: number): WatchPoint {
  if (share > 0.55 && share < 0.63) return { at, reach: 'unreachable', spanMs, seen: null }
  const wave = Math.sin(share * 40)
  const orphans = (34 + 17 * share ** 1.6) * GB
  const leaked = Math.floor(share * 6.99)
  const others = 3.4 * GB + 240 * MB * share
  return {
    at,
    reach: 'seen',
    spanMs,
    seen: {
      clock: { wallMs: at, uptimeMs: at - 1_700_000_000_000, bootId: '6f6c0f5e-1d3c-4a1e-9d57-0d0a3c1b2e4f' },
      cpus: 4,
      memoryBytes: 16 * GB,
      version: '2026.9.6',
      families: {
        gateway: family(1, 0, 0.12 + 0.05 * wave, (410 + 30 * wave) * MB),
        'gateway-child': family(2 + (wave > 0.6 ? 1 : 0), 0, 0.04, 96 * MB),
        'node-run': family(2 + leaked, leaked, 0.02, (296 + leaked * 148) * MB),
      },
      gateways: [],
      disks: [
        {
          id: '2049',
          path: '/home/claw',
          totalBytes: 512 * GB,
          freeBytes: 512 * GB - 412 * GB - orphans - others,
          totalInodes: 32_000_000,
          freeInodes: 30_800_000,
        },
      ],
      sizes: {
        sessions: use((820 + 60 * share) * MB, 5034),
        orphans: use(orphans, Math.round(5600 + 3062 * share)),
        logs: use((310 + 140 * share) * MB, 41),
        media: use(388 * MB, 640),
        workspaces: use(2.1 * GB, 9532),
        databases: use((61 + 9 * wave) * MB, 6),
        other: use(148 * MB, 2210),
      },
      orphans: [],
      lastBackupAt: at - 20 * HOUR,
    },
  }
}

/** The stored points of a span, oldest first. */
export function pointsOf(span: Span): WatchPoint[] {
  const { lengthMs, stepMs } = SPANS[span]
  const end = Math.floor(Date.now() / stepMs) * stepMs
  const count = Math.floor(lengthMs / stepMs)
  return Array.from({ length: count }, (_, index) =>
    pointAt(end - (count - 1 - index) * stepMs, index / (count - 1), span === 'day' ? 0 : stepMs),
  )
}
