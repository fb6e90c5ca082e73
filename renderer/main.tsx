import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app'
import { connect } from './connect'
import { followSystemTheme } from './theme'
import './styles/index.css'

const root = document.getElementById('root')
if (root === null) throw new Error('The page has no root element')
connect()
followSystemTheme()
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
