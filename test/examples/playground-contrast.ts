/** Two colours that are too close to each other. */
export interface Faint {
  readonly what: string
  readonly colour: string
  readonly on: string
  readonly ratio: number
}

/**
 * Finds what is too faint in a page by WCAG 2.2 AA: texts with less than 4.5, and marks and the edges of controls
 * with less than 3. It runs in the page, so it uses nothing from outside.
 */
export function findFaint(): readonly Faint[] {
  type Colour = readonly [number, number, number, number]
  const parse = (text: string): Colour => {
    const [r = 0, g = 0, b = 0, a = 1] = (text.match(/[\d.]+/g) ?? []).map(Number)
    return [r, g, b, a]
  }
  const luminance = (colour: Colour): number => {
    const [r = 0, g = 0, b = 0] = colour.slice(0, 3).map((value) => {
      const part = value / 255
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const ratio = (one: Colour, other: Colour): number => {
    const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
    return (light + 0.05) / (dark + 0.05)
  }
  const background = (element: Element | null): string => {
    for (let at = element; at; at = at.parentElement) {
      const { backgroundColor } = getComputedStyle(at)
      if (parse(backgroundColor)[3] > 0) return backgroundColor
    }
    return 'rgb(255, 255, 255)'
  }
  const faint: Faint[] = []
  const compare = (element: Element, colour: string, on: string, least: number): void => {
    const found = ratio(parse(colour), parse(on))
    const what = `${element.tagName} ${element.textContent?.slice(0, 40)}`
    if (!(found >= least)) faint.push({ what, colour, on, ratio: found })
  }
  for (const element of document.querySelectorAll('#root *')) {
    const style = getComputedStyle(element)
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim())
    if (hasText && !element.closest('title'))
      compare(element, element.closest('svg') ? style.fill : style.color, background(element), 4.5)
    if (element.matches('input')) compare(element, style.color, background(element), 4.5)
    if (element.matches('button, input, .button'))
      compare(element, style.borderTopColor, background(element.parentElement), 3)
    if (element.matches('.mark'))
      compare(element, style.stroke === 'none' ? style.fill : style.stroke, background(element), 3)
  }
  return faint
}
