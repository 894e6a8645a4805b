/** The timeline: how many entries when, stacked by severity or outcome. Dragging over it zooms into that range. */
import { css, html, LitElement, unsafeCSS, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import uPlot from "uplot";
import uplotCss from "uplot/dist/uPlot.min.css?inline";
import type { Histogram } from "../api/types.js";
import { count as number } from "../ui/time.js";
import { tokens } from "../ui/tokens.js";
import { INTERVAL_SECONDS, stacked, ticksFor, type Interval } from "./buckets.js";

/** Height of the chart, in pixels. */
const HEIGHT_PX = 96;

/** Least distance of two names below the axis, in pixels. */
const TICK_PX = 72;

/** A drag shorter than this is a click, in pixels. */
const DRAG_PX = 5;

const COLOURS: Readonly<Record<string, string>> = {
  info: "--bar-info",
  success: "--bar-info",
  warning: "--bar-warning",
  critical: "--bar-critical",
  failure: "--bar-critical",
};

/** `<ind-timeline>`. Event: `zoom` (detail: `{from, to}` as instants, `to` exclusive). */
@customElement("ind-timeline")
export class Timeline extends LitElement {
  static override styles = [
    tokens,
    unsafeCSS(uplotCss),
    css`
      :host {
        display: block;
        --bar-info: light-dark(#98a3b5, #66718a);
        --bar-warning: light-dark(#d99a06, #d9a521);
        --bar-critical: light-dark(#cf2e4f, #ef5a78);
      }
      .chart {
        height: ${HEIGHT_PX}px;
        overflow: hidden;
      }
      .u-select {
        background: color-mix(in srgb, var(--accent) 22%, transparent);
      }
      .legend {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 14px;
        min-height: 18px;
        font-size: 12px;
        color: var(--muted);
      }
      .swatch {
        display: inline-block;
        width: 9px;
        height: 9px;
        border-radius: 2px;
        margin-right: 5px;
      }
      .info,
      .success {
        background: var(--bar-info);
      }
      .warning {
        background: var(--bar-warning);
      }
      .critical,
      .failure {
        background: var(--bar-critical);
      }
    `,
  ];

  @property({ attribute: false }) histogram: Histogram | undefined;
  @property({ attribute: false }) interval: Interval = "day";
  @property({ attribute: false }) values: readonly string[] = [];
  /** The range that was asked for, in seconds since 1970, where it is bounded. */
  @property({ attribute: false }) from: number | undefined;
  @property({ attribute: false }) to: number | undefined;
  @property() locale = "en";
  /** What stands in the legend: the bar under the pointer, else the whole. */
  @state() private at: number | undefined;
  @query(".chart") private readonly chart!: HTMLElement;

  #plot: uPlot | undefined;
  readonly #sized = new ResizeObserver(() => this.#plot?.setSize({ width: this.chart.clientWidth, height: HEIGHT_PX }));
  readonly #dark = matchMedia("(prefers-color-scheme: dark)");
  readonly #recoloured = (): void => this.#draw();

  override firstUpdated(): void {
    this.#sized.observe(this.chart);
    this.#dark.addEventListener("change", this.#recoloured);
    addEventListener("themechange", this.#recoloured);
  }

  override disconnectedCallback(): void {
    this.#sized.disconnect();
    this.#dark.removeEventListener("change", this.#recoloured);
    removeEventListener("themechange", this.#recoloured);
    this.#plot?.destroy();
    this.#plot = undefined;
    super.disconnectedCallback();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("histogram") || changed.has("values")) this.#draw();
  }

  #colour(name: string): string {
    // `light-dark()` is resolved only where it is used as a colour.
    const probe = document.createElement("i");
    probe.style.color = `var(${name})`;
    this.renderRoot.append(probe);
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return colour;
  }

  #draw(): void {
    this.#plot?.destroy();
    this.#plot = undefined;
    const { times, heights } = stacked(this.histogram?.buckets ?? [], this.values, this.interval);
    if (times.length === 0) return;
    const step = INTERVAL_SECONDS[this.interval];
    const axis = this.#colour("--muted");
    const bars = uPlot.paths.bars?.({ size: [0.86, 120], align: 1 });
    const series = this.values.map((value) => {
      const fill = this.#colour(COLOURS[value] ?? "--bar-info");
      return { fill, stroke: fill, width: 0, points: { show: false }, ...(bars === undefined ? {} : { paths: bars }) };
    });
    const [first, last] = [Math.min(this.from ?? Infinity, times[0] ?? 0), Math.max(this.to ?? 0, (times[times.length - 1] ?? 0) + step)];
    const options: uPlot.Options = {
      width: Math.max(200, this.chart.clientWidth),
      height: HEIGHT_PX,
      padding: [6, 8, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false, dist: DRAG_PX } },
      scales: { x: { time: true, range: [first, last] }, y: { range: (_, __, max) => [0, Math.max(1, max)] } },
      axes: [
        {
          stroke: axis,
          size: 24,
          space: TICK_PX,
          incrs: ticksFor(this.interval),
          ticks: { show: false },
          grid: { show: false },
          font: "11px system-ui",
          values: (plot, at, _axis, _space, increment) => this.#ticks(plot, at, increment),
        },
        { show: false },
      ],
      series: [{}, ...[...series].reverse()],
      hooks: {
        setCursor: [(plot) => (this.at = plot.cursor.left !== undefined && plot.cursor.left >= 0 ? this.#bar(plot, times, step) : undefined)],
        setSelect: [(plot) => this.#zoom(plot)],
      },
    };
    // The tallest series is drawn first, so that the others stand in front of it.
    this.#plot = new uPlot(options, [times, ...[...heights].reverse()] as uPlot.AlignedData, this.chart);
  }

  #ticks(plot: uPlot, at: number[], increment: number): string[] {
    const options: Intl.DateTimeFormatOptions =
      increment >= 28 * 86_400 ? { month: "short", year: "numeric" } : increment >= 86_400 ? { month: "short", day: "numeric" } : { hour: "2-digit", minute: "2-digit" };
    let last = "";
    return at.map((second) => {
      const text = new Date(second * 1_000).toLocaleString(this.locale, options);
      const pixel = plot.valToPos(second, "x");
      // A name stands once, and whole.
      if (text === last || pixel < TICK_PX / 3 || pixel > plot.width - TICK_PX / 3) return "";
      last = text;
      return text;
    });
  }

  #bar(plot: uPlot, times: readonly number[], step: number): number | undefined {
    const at = plot.posToVal(plot.cursor.left ?? 0, "x");
    const found = times.findLastIndex((time) => time <= at);
    return found >= 0 && at < (times[found] ?? 0) + step * 1.2 ? found : undefined;
  }

  #zoom(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width < DRAG_PX) return;
    const iso = (pixel: number): string => new Date(Math.round(plot.posToVal(pixel, "x")) * 1_000).toISOString();
    this.dispatchEvent(new CustomEvent("zoom", { detail: { from: iso(left), to: iso(left + width) } }));
    plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
  }

  #legend(): TemplateResult {
    const { times, buckets } = stacked(this.histogram?.buckets ?? [], this.values, this.interval);
    const bucket = this.at === undefined ? undefined : buckets[this.at];
    const sum = (value: string): number =>
      bucket !== undefined ? (bucket.counts[value] ?? 0) : (this.histogram?.buckets ?? []).reduce((all, { counts }) => all + (counts[value] ?? 0), 0);
    const when = this.at === undefined ? "" : new Date((times[this.at] ?? 0) * 1_000).toLocaleString(this.locale, { dateStyle: "medium", timeStyle: "short" });
    return html`<div class="legend">
      ${this.values.map((value) => html`<span><i class="swatch ${value}"></i>${value} ${number(sum(value), this.locale)}</span>`)}
      <span>${when === "" ? `per ${this.interval}` : `${this.interval} of ${when}`}</span>
    </div>`;
  }

  override render(): TemplateResult {
    const total = (this.histogram?.buckets ?? []).reduce((all, bucket) => all + bucket.total, 0);
    return html`<div class="chart" role="img" aria-label="${number(total, this.locale)} entries over time; drag to zoom into a range"></div>
      ${this.#legend()}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "ind-timeline": Timeline;
  }
}
