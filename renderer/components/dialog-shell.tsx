import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'

interface DialogShellProps {
  readonly title: string
  readonly size?: 'small' | 'medium' | 'wide'
  readonly role?: 'dialog' | 'alertdialog'
  readonly onClose: () => void
  readonly children: React.ReactNode
}

/** A modal dialog with its title. Escape closes it; a click beside it closes it unless it warns of something. */
export function DialogShell({ title, size = 'medium', role = 'dialog', onClose, children }: DialogShellProps) {
  return (
    <ModalOverlay
      className="overlay"
      isOpen
      isDismissable={role === 'dialog'}
      onOpenChange={isOpen => {
        if (!isOpen) onClose()
      }}
    >
      <Modal className={`modal ${size}`}>
        <Dialog className="dialog" role={role}>
          <Heading slot="title" className="dialog-title">
            {title}
          </Heading>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
