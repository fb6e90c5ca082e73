import type { HostElectron } from './electron'
import type { Control, ControlReply, ControlRequest } from './record'
import type { HostState } from './state'

/** Answers a test over the process's own channel. The app ends when the test does. */
export function serveControl(state: HostState, { app, powerMonitor }: HostElectron): void {
  const control: Control = {
    tray: () => state.tray?.look() ?? null,
    clickTray: label => {
      if (state.tray === null) throw new Error('There is no tray')
      state.tray.choose(label)
    },
    answerDialog: answer => void state.answers.push(answer),
    record: () => state.record,
    clickNotification: (words, action) => {
      const shown = state.shown.findLast(({ title }) => title.includes(words))
      if (shown === undefined) throw new Error(`No notification was shown about ${words}`)
      shown.click(action)
    },
    suspend: () => void powerMonitor.emit('suspend'),
    resume: () => void powerMonitor.emit('resume'),
    setOnBattery: isOn => {
      powerMonitor.onBatteryPower = isOn
      powerMonitor.emit(isOn ? 'on-battery' : 'on-ac')
    },
    closeWindow: () => [...state.windows].at(-1)?.close(),
    windows: () =>
      [...state.windows].map(window => ({
        id: window.id,
        port: window.port,
        isVisible: window.isVisible(),
        isMinimized: window.isMinimized(),
        focusCount: window.focusCount,
      })),
    quit: () => app.quit(),
  }
  const send = process.send?.bind(process)
  if (send === undefined) return
  process.on('message', (message: ControlRequest) => {
    send(answer(control, message))
  })
  process.on('disconnect', () => app.exit(0))
  // The channel alone does not keep the app alive.
  process.channel?.unref()
}

function answer(control: Control, { id, name, args }: ControlRequest): ControlReply {
  try {
    const act = control[name] as (...args: readonly unknown[]) => unknown
    return { id, value: act(...args) }
  } catch (error) {
    return { id, error: String(error) }
  }
}
