import type { Probe } from '@safechaos/containments'
import { CONTAINMENT_TRAITS } from '@safechaos/core'
import { describe, expect, test } from 'vitest'
import { adviceOf } from './examine.ts'
import { readSetting, userNamespaceAdvice } from './user-namespaces.ts'

const kernel = (settings: Readonly<Record<string, string>>) => (name: string) => settings[name]
const OPEN = { 'user.max_user_namespaces': '96365', 'kernel.unprivileged_userns_clone': '1', 'kernel.apparmor_restrict_unprivileged_userns': '0' }

describe('a setting that forbids user namespaces', () => {
  test.each([
    ['user.max_user_namespaces', '0', '10000', 'nobody may'],
    ['kernel.unprivileged_userns_clone', '0', '1', 'only root may'],
    ['kernel.apparmor_restrict_unprivileged_userns', '1', '0', 'AppArmor'],
  ])('%s at %s is named with its reason and what to type', (name, forbids, allows, why) => {
    const advice = userNamespaceAdvice(kernel({ ...OPEN, [name]: forbids }))
    expect(advice).toContain(`${name} is ${forbids}, so that ${why}`)
    expect(advice).toContain(`As root: sysctl -w ${name}=${allows}`)
    for (const other of Object.keys(OPEN).filter((key) => key !== name)) expect(advice).not.toContain(other)
  })
  test('is not alone: all that forbid are named', () => {
    const advice = userNamespaceAdvice(kernel({ 'user.max_user_namespaces': '0', 'kernel.apparmor_restrict_unprivileged_userns': '1' }))
    expect(advice).toMatch(/sysctl -w user\.max_user_namespaces=10000 kernel\.apparmor_restrict_unprivileged_userns=0$/)
  })
  test('is none of a kernel that allows them, or that has no such setting', () => {
    expect(userNamespaceAdvice(kernel(OPEN))).toBeUndefined()
    expect(userNamespaceAdvice(kernel({}))).toBeUndefined()
  })
  test('is read from the kernel; one that it does not have is none', () => {
    expect(readSetting('kernel.ostype')).toBe('Linux')
    expect(readSetting('kernel.no_such_setting')).toBeUndefined()
  })
})

describe('what doctor advises for a containment', () => {
  const probe = (works: boolean): Probe => ({ works, how: '', detail: '', advice: 'its own', ms: 1, needs: [] })
  const forbidden = kernel({ 'user.max_user_namespaces': '0' })
  test('names the setting where walls do not stand, else what the containment says itself', () => {
    expect(adviceOf(probe(false), CONTAINMENT_TRAITS.sandbox, forbidden)).toContain('user.max_user_namespaces is 0')
    expect(adviceOf(probe(false), CONTAINMENT_TRAITS.sandbox, kernel(OPEN))).toBe('its own')
    expect(adviceOf(probe(true), CONTAINMENT_TRAITS.sandbox, forbidden)).toBe('its own')
    expect(adviceOf(probe(false), CONTAINMENT_TRAITS.process, forbidden)).toBe('its own')
  })
})
