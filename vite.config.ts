import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** The window. Relative URLs, so that it loads from `app://ocm/` and from the test host alike. */
export default defineConfig({
  root: 'renderer',
  base: './',
  plugins: [react()],
  build: {
    outDir: '../out/renderer',
    emptyOutDir: true,
    target: 'chrome140',
    assetsInlineLimit: 0,
    modulePreload: false,
    // One chunk from the app's own package: nothing is fetched over a network.
    chunkSizeWarningLimit: 2000,
  },
})
