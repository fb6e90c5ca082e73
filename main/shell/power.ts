import { powerMonitor } from 'electron'
import { MINUTE } from '../../shared/units'
import type { PowerEvent } from '../watch/watcher'

/**
 * Tells what happens to the machine's power, once per change. Not every system says when it goes to battery and back, so it
 * is also asked each minute.
 */
export function followPower(tell: (event: PowerEvent) => void): Disposable {
  let isOnBattery = false
  const battery = (isOn: boolean): void => {
    if (isOn === isOnBattery) return
    isOnBattery = isOn
    tell(isOn ? 'on-battery' : 'on-ac')
  }
  const ask = (): void => battery(powerMonitor.isOnBatteryPower())
  const heard = {
    suspend: () => tell('suspend'),
    resume: () => {
      tell('resume')
      ask()
    },
    'on-battery': () => battery(true),
    'on-ac': () => battery(false),
  }
  powerMonitor.on('suspend', heard.suspend)
  powerMonitor.on('resume', heard.resume)
  powerMonitor.on('on-battery', heard['on-battery'])
  powerMonitor.on('on-ac', heard['on-ac'])
  ask()
  const timer = setInterval(ask, MINUTE)
  timer.unref()
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer)
      powerMonitor.off('suspend', heard.suspend)
      powerMonitor.off('resume', heard.resume)
      powerMonitor.off('on-battery', heard['on-battery'])
      powerMonitor.off('on-ac', heard['on-ac'])
    },
  }
}
