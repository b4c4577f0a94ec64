import { type ReactNode, type Ref, type SubmitEvent, useId } from 'react'
import type { Field } from './apis/api.ts'

interface SignInFormProps {
  readonly fields: readonly Field[]
  readonly submit: Ref<HTMLButtonElement>
  readonly onSignIn: (fields: Readonly<Record<string, string>>) => void
}

/** What to sign in with, filled in with what the fake server takes. */
export function SignInForm({ fields, submit, onSignIn }: SignInFormProps): ReactNode {
  const id = useId()
  const signIn = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const entries = [...new FormData(event.currentTarget)].map(([name, value]) => [name, String(value)])
    onSignIn(Object.fromEntries(entries))
  }
  return (
    <form onSubmit={signIn} noValidate>
      {fields.map(({ name, label, type, autoComplete, value }) => (
        <div key={name} className="field">
          <label htmlFor={`${id}${name}`}>{label}</label>
          <input
            id={`${id}${name}`}
            name={name}
            type={type}
            autoComplete={autoComplete}
            spellCheck={false}
            defaultValue={value}
          />
        </div>
      ))}
      <button ref={submit} type="submit" className="primary">
        Sign in
      </button>
    </form>
  )
}
