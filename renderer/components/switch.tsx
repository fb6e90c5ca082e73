import { SwitchButton, SwitchField } from 'react-aria-components'

interface SwitchProps {
  readonly isOn: boolean
  readonly isDisabled?: boolean
  readonly onChange: (isOn: boolean) => void
  /** A line below the words. */
  readonly help?: React.ReactNode
  readonly children: React.ReactNode
}

/** Words with a switch at their end. */
export function Switch({ isOn, isDisabled = false, onChange, help, children }: SwitchProps) {
  return (
    <SwitchField className="contents" isSelected={isOn} isDisabled={isDisabled} onChange={onChange}>
      <SwitchButton className="switch">
        <span className="grow">
          {children}
          {help !== undefined && <span className="soft block small-text">{help}</span>}
        </span>
        <span className="switch-track" />
      </SwitchButton>
    </SwitchField>
  )
}
