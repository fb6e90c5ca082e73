import type { Api, Event } from '../../../../shared/contract'

/** Shows one answer from main and keeps the events it hears, which is what the specs look at. */
const scope = globalThis as unknown as { readonly api: Api; heard: { readonly event: Event; readonly data: unknown }[] }
const WATCHED: readonly Event[] = ['nodeChanged', 'settingsChanged', 'alertsChanged', 'navigate']

scope.heard = []
for (const event of WATCHED) scope.api.on(event, data => scope.heard.push({ event, data }))
void scope.api.invoke('app.info', undefined).then(reply => {
  const line = document.querySelector('#version')
  if (line !== null) line.textContent = reply.ok ? reply.value.version : reply.error.code
})
