/* Shows one answer from main and counts events, which is what the specs look at. */
globalThis.heard = []
for (const event of ['nodeChanged', 'settingsChanged', 'navigate']) {
  globalThis.api.on(event, data => globalThis.heard.push({ event, data }))
}
const reply = await globalThis.api.invoke('app.info', undefined)
document.querySelector('#version').textContent = reply.ok ? reply.value.version : reply.error.code
