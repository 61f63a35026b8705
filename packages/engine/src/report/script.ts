/**
 * The page's whole script: a cursor that all lanes and plots share, and a panel with the log lines around an event. Without it the report
 * still tells everything; it reads only the page's own data and writes only text. Allowed by its hash alone.
 */
export const SCRIPT = `
(() => {
  const clock = document.getElementById('clock')
  const data = document.getElementById('clock-data')
  if (clock && data) {
    const { from, to, zero, rows } = JSON.parse(data.textContent)
    const slider = document.getElementById('cursor')
    const now = document.getElementById('now')
    const rest = now.textContent
    const cells = new Map([...clock.querySelectorAll('[data-row]')].map((cell) => [cell.dataset.row, [cell, cell.textContent]]))
    const areas = clock.querySelectorAll('.area')
    let t = 0
    const near = (times, wanted) => {
      let low = 0
      let high = times.length - 1
      while (low < high) {
        const middle = (low + high) >> 1
        if (times[middle] < wanted) low = middle + 1
        else high = middle
      }
      return low > 0 && wanted - times[low - 1] < times[low] - wanted ? low - 1 : low
    }
    const valueAt = (row) => {
      if (row.spans) return (row.spans.find((span) => t >= span[0] && t < span[1]) || [0, 0, ''])[2]
      const index = near(row.times, t)
      const known = row.times.length > 0 && Math.abs(row.times[index] - t) <= row.reach
      return known ? row.texts[index] : 'no data'
    }
    const show = (wanted) => {
      t = Math.min(to, Math.max(from, wanted))
      clock.dataset.on = ''
      clock.style.setProperty('--x', String((t - from) / (to - from)))
      for (const row of rows) {
        const cell = cells.get(row.id)
        if (cell) cell[0].textContent = valueAt(row)
      }
      const seconds = t / 1000
      const relative = (seconds > 0 ? '+' : seconds < 0 ? '\\u2212' : '') + Math.abs(seconds).toFixed(1) + ' s'
      now.textContent = relative + '  \\u00b7  ' + new Date(zero + t).toISOString().replace('T', ' ')
      slider.setAttribute('aria-valuenow', seconds.toFixed(1))
      slider.setAttribute('aria-valuetext', relative + ': ' + rows.filter((row) => row.spoken && valueAt(row)).map((row) => row.spoken + ' ' + valueAt(row)).join(', '))
    }
    const hide = () => {
      delete clock.dataset.on
      for (const [cell, text] of cells.values()) cell.textContent = text
      now.textContent = rest
    }
    clock.addEventListener('pointermove', (event) => {
      const box = areas[0].getBoundingClientRect()
      if (event.clientX < box.left - 4 || event.clientX > box.right + 4) return hide()
      show(from + ((event.clientX - box.left) / box.width) * (to - from))
    })
    clock.addEventListener('pointerleave', hide)
    slider.addEventListener('focus', () => show(t))
    slider.addEventListener('blur', hide)
    slider.addEventListener('keydown', (event) => {
      const step = event.shiftKey ? 5000 : 500
      const moves = { ArrowLeft: t - step, ArrowRight: t + step, Home: from, End: to, Escape: undefined }
      if (!(event.key in moves)) return
      event.preventDefault()
      if (event.key === 'Escape') hide()
      else show(moves[event.key])
    })
  }
  const panel = document.getElementById('panel')
  const title = document.getElementById('panel-title')
  const body = document.getElementById('panel-body')
  let opener
  const close = () => {
    panel.hidden = true
    if (opener) opener.focus()
  }
  document.getElementById('panel-close').addEventListener('click', close)
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !panel.hidden) close()
  })
  for (const pin of document.querySelectorAll('a.pin')) {
    pin.addEventListener('click', (event) => {
      const found = document.getElementById(pin.getAttribute('href').slice(1))
      if (!found) return
      event.preventDefault()
      opener = pin
      title.replaceChildren(...[...found.querySelector('summary').children].flatMap((part) => [part.cloneNode(true), ' ']))
      body.replaceChildren(...[...found.children].slice(1).map((child) => child.cloneNode(true)))
      panel.hidden = false
      const here = body.querySelector('.here')
      if (here) here.scrollIntoView({ block: 'center', behavior: 'instant' })
      document.getElementById('panel-close').focus({ preventScroll: true })
    })
  }
  window.addEventListener('beforeprint', () => {
    for (const fold of document.querySelectorAll('details.print')) fold.open = true
  })
})()
`
