// WCAG 2.2 §1.4.3: text has a contrast of 4.5:1 with what it stands on, in the light and in the dark.
import { describe, expect, it } from 'vitest'
import { colourRules } from '../../../src/report/rotation/colours.js'

const palettes = Array.from(colourRules('x').matchAll(/x\{([^}]*)\}/g), ([, rules = '']) =>
  Object.fromEntries(Array.from(rules.matchAll(/--(\w+):(#[0-9a-f]{6})/g), ([, name, colour]) => [name!, colour!])),
)

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map(at => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

describe('colours of pages', () => {
  it('are a light and a dark palette of the same names', () => {
    expect(palettes.map(palette => Object.keys(palette))).toEqual([
      Object.keys(palettes[0]!),
      Object.keys(palettes[0]!),
    ])
    expect(palettes).toHaveLength(2)
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21)
  })

  it.each(palettes)('can be read on paper and on cards (%#)', palette => {
    const texts = Object.keys(palette).filter(name => !['paper', 'card', 'line'].includes(name))
    const weak = texts.flatMap(name =>
      ['paper', 'card'].flatMap(ground =>
        contrast(palette[name]!, palette[ground]!) < 4.5 ? [`${name} on ${ground}`] : [],
      ),
    )
    expect(texts.length).toBeGreaterThan(5)
    expect(weak).toEqual([])
  })
})
