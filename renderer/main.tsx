import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app'
import { connect } from './connect'
import './styles/tokens.css'
import './styles/base.css'
import './styles/controls.css'
import './styles/frame.css'
import './styles/fleet.css'
import './styles/dialog.css'
import './styles/plan.css'
import './styles/pages.css'

const root = document.getElementById('root')
if (root === null) throw new Error('The page has no root element')
connect()
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
