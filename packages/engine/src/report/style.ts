import { SERVICE_COLOURS } from './palette.ts'

const LIGHT = `
--page:#f6f7f9;--card:#fff;--ink:#16202b;--soft:#5a6675;--faint:#8a95a3;--line:#dfe3e8;--grid:#e9ecf0;
--good:#00795a;--good-fill:#009e73;--good-wash:#e3f4ee;--bad:#b04a00;--bad-fill:#d55e00;--bad-wash:#fdeee3;
--unsure:#8a5f00;--unsure-fill:#e69f00;--unsure-wash:#fdf4e0;--calm:#5a6675;--calm-fill:#a9b3bf;--calm-wash:#eef0f3;
--fault:rgba(213,94,0,.10);--fault-edge:#d55e00;--main:#0072b2;--second:#b87a00;--third:#a8558a;--asked:#8a95a3;--band:rgba(90,102,117,.13);
${SERVICE_COLOURS.map(([light], index) => `--s${index}:${light};`).join('')}`

const DARK = `
--page:#10151b;--card:#181f27;--ink:#e8edf2;--soft:#a3aebb;--faint:#76828f;--line:#2c3641;--grid:#242d37;
--good:#4fd0a7;--good-fill:#12a67c;--good-wash:#12302a;--bad:#ff9a55;--bad-fill:#e06a12;--bad-wash:#3a2314;
--unsure:#f2bb4b;--unsure-fill:#d8960a;--unsure-wash:#332912;--calm:#a3aebb;--calm-fill:#56626f;--calm-wash:#222b35;
--fault:rgba(224,106,18,.16);--fault-edge:#e9792a;--main:#56b4e9;--second:#e6a93c;--third:#d994bb;--asked:#76828f;--band:rgba(163,174,187,.16);
${SERVICE_COLOURS.map(([, dark], index) => `--s${index}:${dark};`).join('')}`

const BASE = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
main,header.top{max-width:1180px;margin:0 auto;padding:0 28px}
code,pre,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.87em}
a{color:var(--main)}
h1,h2,h3,p{margin:0}
h2{font-size:20px;line-height:1.3;font-weight:650;letter-spacing:-.01em;margin:52px 0 4px}
h3{font-size:13px;font-weight:650;margin:0 0 8px}
.lead{color:var(--soft);margin:0 0 16px;max-width:92ch}
.soft{color:var(--soft)}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:20px 22px}
.two{display:grid;grid-template-columns:minmax(0,1.15fr) minmax(0,1fr);gap:16px;align-items:start}
:focus-visible{outline:2px solid var(--main);outline-offset:2px;border-radius:3px}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:7px 14px 7px 0;border-bottom:1px solid var(--grid);vertical-align:top}
th{font-weight:600;color:var(--soft);font-size:12.5px}
tr:last-child>td,tr:last-child>th[scope=row]{border-bottom:0}
th[scope=row]{font-size:14px;font-weight:500;color:var(--ink)}
td.n,th.n{text-align:right;white-space:nowrap}
.scroll{overflow-x:auto}
details>summary{cursor:pointer;color:var(--ink);font-weight:600;padding:4px 0}
pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}
dl.facts{display:grid;grid-template-columns:minmax(84px,auto) 1fr;gap:7px 18px;margin:0}
dl.facts dt{color:var(--soft)}
dl.facts dd{margin:0;overflow-wrap:anywhere}
.tone-good{color:var(--good)}.tone-bad{color:var(--bad)}.tone-unsure{color:var(--unsure)}.tone-calm{color:var(--calm)}
${SERVICE_COLOURS.map((_, index) => `.s${index}{--own:var(--s${index})}`).join('')}
`

const TOP = `
header.top{padding-top:34px}
.kicker{display:flex;flex-wrap:wrap;gap:4px 16px;align-items:baseline;color:var(--soft);font-size:13.5px;margin-bottom:14px}
.kicker b{color:var(--ink);font-weight:650}
.kicker .mark{font-weight:700;letter-spacing:-.01em;color:var(--ink)}
h1{font-size:29px;line-height:1.27;font-weight:680;letter-spacing:-.018em;max-width:31em;text-wrap:pretty}
h1 .v{white-space:nowrap}
.lights{display:grid;grid-template-columns:repeat(5,minmax(0,1fr));gap:10px;margin:24px 0 0;padding:0;list-style:none}
.light{border:1px solid var(--line);border-top:4px solid var(--fill);background:var(--card);border-radius:8px;padding:11px 14px 13px}
.light .name{font-size:12.5px;color:var(--soft);text-transform:capitalize}
.light .word{display:flex;align-items:center;gap:7px;font-weight:680;font-size:17px;line-height:1.35;color:var(--text)}
.light .why{font-size:13px;line-height:1.45;color:var(--soft);margin-top:4px;overflow-wrap:anywhere}
.light summary{font-weight:400;color:inherit;padding:0;list-style:none}.light summary::after{content:" more";color:var(--main)}.light [open]>summary::after{content:""}.light summary::-webkit-details-marker{display:none}
.icon{width:16px;height:16px;flex:none}
.icon circle,.icon path.shape{fill:var(--fill)}
.icon .stroke{stroke:var(--card);stroke-width:1.9;fill:none;stroke-linecap:round;stroke-linejoin:round}
.l-good{--fill:var(--good-fill);--text:var(--good)}.l-bad{--fill:var(--bad-fill);--text:var(--bad)}
.l-unsure{--fill:var(--unsure-fill);--text:var(--unsure)}.l-calm{--fill:var(--calm-fill);--text:var(--calm)}
.believed{font-size:18px;line-height:1.45;margin:0 0 14px;text-wrap:pretty}
.believed small{display:block;font-size:12.5px;color:var(--soft);margin-bottom:1px}
.map{display:flex;flex-direction:column;gap:10px}
.svc{border:1px solid var(--line);border-left:4px solid var(--own);border-radius:7px;padding:9px 12px}
.svc .h{display:flex;flex-wrap:wrap;gap:2px 10px;align-items:baseline}
.svc .h b{font-weight:650}
.svc .h span{font-size:12.5px;color:var(--soft)}
.chips{display:flex;flex-wrap:wrap;gap:6px;margin-top:6px}
.chip{font-size:12.5px;border:1px solid var(--line);border-radius:20px;padding:1px 10px;white-space:nowrap}
.chip.planned{border-style:dashed;border-color:var(--fault-edge)}
.chip.hit{border:1px solid var(--fault-edge);background:var(--bad-wash);color:var(--bad);font-weight:600}
.key{font-size:12.5px;color:var(--soft);margin-top:12px}
`

const CLOCK = `
.clock{position:relative;background:var(--card);border:1px solid var(--line);border-radius:10px;padding:14px 20px 12px 20px;--label:178px;--gutter:58px}
.clock[data-on]{cursor:crosshair}
.row{display:grid;grid-template-columns:var(--label) var(--gutter) minmax(0,1fr);align-items:stretch}
.row .label{font-size:13px;line-height:1.3;padding-right:10px;display:flex;align-items:center;gap:7px;min-width:0}
.row.lane .label{grid-column:1/3;height:23px}
.row.lane .label .name{white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.row.lane .label .at{margin-left:auto;padding-right:10px;font-size:12px;color:var(--soft);white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.swatch{width:9px;height:9px;border-radius:2px;background:var(--own);flex:none}
.area{position:relative;min-width:0}
.area svg.draw{position:absolute;inset:0;width:100%;height:100%;display:block;overflow:visible}
.area::after{content:"";position:absolute;top:-1px;bottom:-1px;left:calc(var(--x,0)*100%);width:0;border-left:1px solid var(--ink);opacity:0;pointer-events:none;z-index:3}
.clock[data-on] .area::after{opacity:.55}
.group{font-size:12px;font-weight:650;color:var(--soft);padding:12px 0 3px}
.row.marks .area{height:36px}.row.marks .area::after{display:none}
.row.axis .area{height:24px;border-top:1px solid var(--line)}
.flag{position:absolute;font-size:12px;line-height:16px;white-space:nowrap;padding:0 5px;border-radius:3px}
.flag.fault{top:1px;color:var(--bad);background:var(--bad-wash)}
.flag.stop{top:19px;color:#fff;background:var(--bad-fill);font-weight:600}
.flag.stop.left{transform:translateX(-100%)}
.flag.t0{top:1px;transform:translateX(-100%);color:var(--soft);padding-right:6px}
.tick{position:absolute;top:4px;font-size:12px;color:var(--soft);transform:translateX(-50%);white-space:nowrap}
.tick.zero{color:var(--ink);font-weight:650}
.state{position:absolute;top:0;height:100%;overflow:hidden;container-type:inline-size;font-size:11.5px;line-height:23px;pointer-events:none;z-index:1}
.state i{font-style:normal;padding-left:10px;white-space:nowrap;color:var(--ink)}
.state.on i{color:#fff}
@container (max-width:34px){.state i{display:none}}
@container (max-width:52px){.state i.m{display:none}}
@container (max-width:84px){.state i.l{display:none}}
.pin{position:absolute;top:50%;width:15px;height:15px;margin:-7.5px 0 0 -7.5px;z-index:2;border-radius:50%;text-decoration:none;display:block}
.pin svg{width:15px;height:15px;display:block;overflow:visible}
.pin svg *{stroke:var(--card);stroke-width:1.2}
.pin:hover svg,.pin:focus-visible svg{transform:scale(1.3)}
.p-inject{fill:var(--bad-fill)}.p-undo{fill:var(--good-fill)}.p-down{fill:var(--ink)}.p-up{fill:var(--good-fill)}.p-gate{fill:var(--unsure-fill)}.p-stop{fill:var(--bad-fill)}.p-note{fill:var(--calm-fill)}
.shade{fill:var(--fault)}
.edge{stroke:var(--fault-edge);stroke-width:1;vector-effect:non-scaling-stroke}
.stopline{stroke:var(--bad-fill);stroke-width:2;vector-effect:non-scaling-stroke}
.bar.own{fill:var(--own)}.bar.good{fill:var(--good-fill)}.bar.bad{fill:var(--bad-fill)}.bar.unsure{fill:var(--unsure-fill)}.bar.calm{fill:var(--calm-wash);stroke:var(--line);vector-effect:non-scaling-stroke}
.bar.none{fill:url(#hatch-bad);stroke:var(--bad-fill);vector-effect:non-scaling-stroke}
.bar.none.unsure{fill:url(#hatch-unsure);stroke:var(--unsure-fill)}
.bar.own{opacity:.82}.bar.dim{opacity:.5}
.bar.wash{fill:var(--bad-wash);stroke:var(--bad-fill);vector-effect:non-scaling-stroke}
.row.plot{padding:13px 0 3px}
.row.plot .label{display:block;padding-right:6px}
.row.plot .label h3{margin:0 0 5px;font-size:13.5px}
.row.plot .area{height:116px;border-bottom:1px solid var(--line)}
.row.plot.low .area{height:52px}
.row.plot .gut{position:relative}
.y{position:absolute;right:8px;font-size:11.5px;line-height:1;color:var(--soft);transform:translateY(-50%);white-space:nowrap}
.legend{list-style:none;margin:0;padding:0;font-size:12.5px;line-height:1.5;color:var(--soft)}
.legend li{display:flex;align-items:center;gap:6px}
.legend svg{width:20px;height:8px;flex:none}
.legend b{margin-left:auto;font-weight:600;color:var(--ink);white-space:nowrap}
.grid{stroke:var(--grid);stroke-width:1;vector-effect:non-scaling-stroke}
.ln{fill:none;stroke-width:1.9;stroke-linejoin:round;stroke-linecap:round;vector-effect:non-scaling-stroke}
.ln.main{stroke:var(--main)}.ln.second{stroke:var(--second);stroke-width:1.5;stroke-dasharray:6 3}.ln.third{stroke:var(--third);stroke-width:1.5;stroke-dasharray:1.5 3.5}.ln.asked{stroke:var(--asked);stroke-width:1.2;stroke-dasharray:2 3}
.band{fill:var(--band)}
.limit{stroke:var(--bad-fill);stroke-width:1.4;stroke-dasharray:7 4;vector-effect:non-scaling-stroke}
.limit-name{position:absolute;right:2px;font-size:11.5px;line-height:1;color:var(--bad);background:var(--card);padding:1px 4px;border-radius:2px;transform:translateY(-115%);white-space:nowrap}
.limit-name.below{transform:translateY(20%)}
.gap{fill:url(#hatch-calm)}
.gap-name{position:absolute;bottom:3px;font-size:11px;color:var(--soft);white-space:nowrap;overflow:hidden;container-type:inline-size}
.now{font-size:12.5px;color:var(--soft);padding:2px 4px;margin-left:-4px;display:inline-block;min-height:24px}
.clock[data-on] .now{color:var(--ink);font-weight:600}
.hint{font-size:12.5px;color:var(--soft);margin:8px 2px 0}
`

const REST = `
.steps{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:10px;margin:0 0 16px;padding:0;list-style:none}
.steps li{border:1px solid var(--line);border-radius:8px;background:var(--card);padding:12px 16px}
.steps .big{font-size:24px;font-weight:680;letter-spacing:-.01em;line-height:1.3}
.steps .n{font-size:12.5px;color:var(--soft);text-transform:capitalize}
.steps .how{font-size:13px;color:var(--soft);line-height:1.45}
.event{border-bottom:1px solid var(--grid)}
.event:last-child{border-bottom:0}
.event summary{display:flex;gap:12px;align-items:baseline;font-weight:400;padding:6px 0;list-style-position:outside}
.event summary::before{content:"▸";color:var(--faint);flex:none;margin-right:-6px}
.event[open] summary::before{content:"▾"}
.event summary::-webkit-details-marker{display:none}
.event time{flex:none;width:74px;text-align:right;color:var(--soft)}
.event .t{font-weight:600}
.event .d{color:var(--soft);overflow-wrap:anywhere}
.event .c{margin-left:auto;color:var(--faint);font-size:12.5px;white-space:nowrap}
.logs{margin:2px 0 12px;border:1px solid var(--line);border-radius:6px;background:var(--page);padding:8px 0;max-height:320px;overflow:auto;font-size:12px;line-height:1.5}
.logs div{display:grid;grid-template-columns:74px 96px minmax(0,1fr);gap:12px;padding:0 12px}
.logs div>span:first-child{text-align:right;color:var(--faint)}
.logs .who{color:var(--own);font-weight:600;overflow:hidden;text-overflow:ellipsis}
.logs .err>span:last-child{color:var(--bad)}
.logs span{white-space:pre-wrap;overflow-wrap:anywhere}
.logs .here{border-top:1px dashed var(--fault-edge);margin:2px 0;padding-top:2px;color:var(--bad)}
.effect{display:flex;align-items:center;gap:8px;justify-content:flex-end}
.effect i{display:block;height:8px;background:var(--main);border-radius:2px}
.effect i.up{background:var(--second)}
.answer{display:flex;gap:10px;align-items:flex-start;font-size:17px;font-weight:600;margin-bottom:14px;line-height:1.4}
.answer .icon{margin-top:4px}
#events-list{max-height:560px;overflow:auto}
ul.plain{margin:0;padding-left:18px}
ul.plain li{margin:5px 0}
.checks{display:grid;grid-template-columns:1fr 1fr;gap:16px;margin-top:16px}
.cmd{display:block;background:var(--page);border:1px solid var(--line);border-radius:6px;padding:8px 12px;margin:6px 0;overflow-wrap:anywhere}
.empty{border:1px dashed var(--line);border-radius:10px;padding:20px 22px;color:var(--soft)}
footer{max-width:1180px;margin:44px auto 0;padding:0 28px 40px;color:var(--faint);font-size:12.5px}
#panel{position:fixed;left:0;right:0;bottom:0;max-height:44vh;background:var(--card);border-top:2px solid var(--fault-edge);box-shadow:0 -8px 28px rgba(0,0,0,.18);z-index:20;padding:10px 28px 14px;display:flex;flex-direction:column}
#panel[hidden]{display:none}
#panel .in{max-width:1124px;width:100%;margin:0 auto;min-height:0;display:flex;flex-direction:column}
#panel .bar0{display:flex;gap:12px;align-items:flex-start;padding-bottom:8px}
#panel-title time,#panel-title .d,#panel-title .c{color:var(--soft)}#panel-title .t{font-weight:650}
#panel-body{overflow:auto;min-height:0}
#panel button{margin-left:auto;font:inherit;font-size:13px;border:1px solid var(--line);background:var(--page);color:var(--ink);border-radius:6px;padding:3px 12px;cursor:pointer}
#panel .logs{max-height:none;margin-bottom:0}
`

const NARROW = `
@media (max-width:900px){.lights{grid-template-columns:repeat(2,minmax(0,1fr))}.two,.checks{grid-template-columns:minmax(0,1fr)}}
@media (max-width:640px){
body{font-size:15px}main,header.top,footer{padding-left:14px;padding-right:14px}header.top{padding-top:22px}
h1{font-size:22px}h2{margin-top:40px}.card{padding:15px 14px}
.lights,.steps{grid-template-columns:minmax(0,1fr);gap:8px}
.light{display:grid;grid-template-columns:104px 1fr;column-gap:10px;border-top-width:1px;border-left:4px solid var(--fill);padding:9px 12px}.light .name{line-height:25px}.light .why{grid-column:1/3}
.clock{padding:10px 10px 10px 10px;--gutter:44px}
.row{grid-template-columns:var(--gutter) minmax(0,1fr)}
.row .label,.row.lane .label{grid-column:1/3;height:auto;padding-top:5px}
.row.lane .area,.row.marks .area,.row.axis .area{grid-column:2;height:20px}
.row.marks .area{height:36px}.row.marks .label,.row.axis .label{display:none}
.state{line-height:20px}
.row.plot .legend{display:flex;flex-wrap:wrap;gap:0 14px}.legend b{margin-left:0}
.tick.minor{display:none}.flag.stop{max-width:70vw;overflow:hidden;text-overflow:ellipsis}.flag.stop.left{left:0!important;transform:none}
dl.facts{grid-template-columns:minmax(0,1fr);gap:0}dl.facts dd{margin-bottom:9px}
.event summary{flex-wrap:wrap;gap:0 10px}.event time{width:auto}.event .c{margin-left:0}
.logs div{grid-template-columns:auto 1fr;gap:0 10px}.logs div>span:first-child{text-align:left}.logs div>span:last-child{grid-column:1/3}
#events-list{max-height:none}td.n,th.n{white-space:normal}th,td{padding-right:9px;font-size:13.5px}#panel{padding:10px 14px}.effect i{display:none}
}
@media print{
:root{${LIGHT}color-scheme:light}
body{background:#fff;font-size:11pt}main,header.top,footer{max-width:none;padding:0}
.card,.clock,.light,.steps li{break-inside:avoid}.row.plot,.event,tr{break-inside:avoid}
h2{break-after:avoid;margin-top:26px}#panel,.hint,.now{display:none}.logs,#events-list{max-height:none}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
`

/** The page's whole style sheet: no file and no font is fetched. */
export const STYLE = `:root{color-scheme:light dark;${LIGHT}}@media (prefers-color-scheme:dark){:root{${DARK}}}${BASE}${TOP}${CLOCK}${REST}${NARROW}`
