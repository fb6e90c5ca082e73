import type { LucideIcon } from 'lucide-react'
import { Check } from 'lucide-react'
import {
  Button as AriaButton,
  CheckboxButton,
  CheckboxField,
  FieldError,
  Input,
  Label,
  RadioButton,
  RadioField,
  Text,
  TextField,
  Tooltip,
  TooltipTrigger,
  type ButtonProps as AriaButtonProps,
  type TextFieldProps,
} from 'react-aria-components'

/** A button in one of the few looks there are. */
export interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'children'> {
  readonly look?: 'plain' | 'primary' | 'quiet' | 'danger'
  readonly size?: 'normal' | 'small'
  readonly icon?: LucideIcon
  readonly children: React.ReactNode
}

/** A button with words, and perhaps an icon before them. */
export function Button({ look = 'plain', size = 'normal', icon: Icon, children, ...rest }: ButtonProps) {
  return (
    <AriaButton {...rest} className={`button ${look} ${size}`}>
      {Icon && <Icon size={15} aria-hidden="true" />}
      {children}
    </AriaButton>
  )
}

/** A button of an icon alone: its name is told to screen readers and in a tooltip. */
export function IconButton({ icon: Icon, label, size = 'normal', ...rest }: IconButtonProps) {
  return (
    <TooltipTrigger delay={500}>
      <AriaButton {...rest} aria-label={label} className={`button quiet icon ${size}`}>
        <Icon size={16} aria-hidden="true" />
      </AriaButton>
      <Tooltip className="tooltip" offset={6}>
        {label}
      </Tooltip>
    </TooltipTrigger>
  )
}

/** An icon button's own props. */
export interface IconButtonProps extends Omit<AriaButtonProps, 'className' | 'children'> {
  readonly icon: LucideIcon
  readonly label: string
  readonly size?: 'normal' | 'small'
}

/** A button that reads as a link. */
export function LinkButton({ children, ...rest }: Omit<AriaButtonProps, 'className'>) {
  return (
    <AriaButton {...rest} className="link">
      {children}
    </AriaButton>
  )
}

/** A checkbox with its words. */
export function Checkbox(props: CheckboxProps) {
  const { children, ...rest } = props
  return (
    <CheckboxField {...rest} className="contents">
      <CheckboxButton className="check">
        {({ isSelected }) => (
          <>
            <span className="box">{isSelected && <Check size={12} strokeWidth={3} aria-hidden="true" />}</span>
            {children}
          </>
        )}
      </CheckboxButton>
    </CheckboxField>
  )
}

interface OptionProps {
  readonly value: string
  readonly className: string
  readonly children: React.ReactNode
}

/** One option of a radio group. */
export function Option({ value, className, children }: OptionProps) {
  return (
    <RadioField value={value} className="contents">
      <RadioButton className={className}>{children}</RadioButton>
    </RadioField>
  )
}

/** A checkbox's own props. */
export interface CheckboxProps {
  readonly children: React.ReactNode
  readonly isSelected?: boolean
  readonly defaultSelected?: boolean
  readonly isDisabled?: boolean
  readonly name?: string
  readonly onChange?: (isSelected: boolean) => void
}

/** A labelled line of text, with help and errors where a person looks for them. */
export function Field({ label, help, placeholder, inputRef, ...rest }: FieldProps) {
  return (
    <TextField {...rest} className="field">
      <Label>{label}</Label>
      <Input className="input" {...(placeholder && { placeholder })} {...(inputRef && { ref: inputRef })} />
      {help && (
        <Text slot="description" className="help">
          {help}
        </Text>
      )}
      <FieldError className="error-text" />
    </TextField>
  )
}

/** A field's own props. `inputRef` is for secrets, which are read once and never kept in state. */
export interface FieldProps extends Omit<TextFieldProps, 'className' | 'children'> {
  readonly label: string
  readonly help?: string
  readonly placeholder?: string
  readonly inputRef?: React.RefObject<HTMLInputElement | null>
}
