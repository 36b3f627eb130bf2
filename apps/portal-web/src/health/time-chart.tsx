/** Lines over time, with a sentence that says what they show, and the same numbers as a table for whoever wants them. */
import { Button, makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { useId, useState, type ReactElement } from 'react';
import { plainList, quiet } from '../theme/looks.ts';
import { dotsOf, pathOf, scaleOf, type Values } from './chart-shape.ts';

const useStyles = makeStyles({
  chart: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalS, minWidth: 0, margin: 0 },
  title: { margin: 0, fontSize: tokens.fontSizeBase300, fontWeight: tokens.fontWeightSemibold },
  quiet,
  plot: {
    position: 'relative',
    borderBottom: `${tokens.strokeWidthThin} solid ${tokens.colorNeutralStroke1}`,
    borderTop: `${tokens.strokeWidthThin} dashed ${tokens.colorNeutralStroke3}`,
  },
  picture: { display: 'block', width: '100%', height: '160px', overflow: 'visible' },
  line: { fill: 'none', strokeWidth: '2px', strokeLinejoin: 'round', strokeLinecap: 'round' },
  dots: { strokeWidth: '6px', strokeDasharray: 'none' },
  first: { stroke: tokens.colorPaletteBlueForeground2 },
  second: { stroke: tokens.colorPaletteGreenForeground1 },
  third: { stroke: tokens.colorPaletteRedForeground1 },
  // Told apart without colour too.
  dashed: { strokeDasharray: '6 4' },
  dotted: { strokeDasharray: '1 5' },
  ends: { display: 'flex', justifyContent: 'space-between' },
  legend: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: `0 ${tokens.spacingHorizontalL}`,
    ...plainList,
  },
  entry: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalXS },
  sample: { width: '24px', height: '8px' },
  frame: { maxHeight: '320px', overflow: 'auto' },
  table: { width: '100%', borderCollapse: 'collapse', fontVariantNumeric: 'tabular-nums' },
  cell: { padding: `${tokens.spacingVerticalXXS} ${tokens.spacingHorizontalS}`, textAlign: 'end' },
  start: { textAlign: 'start' },
});

interface ChartLine {
  name: string;
  values: Values;
}

export interface TimeChartProps {
  title: string;
  /** What it shows, in a sentence. */
  summary: string;
  /** Up to three. */
  lines: readonly ChartLine[];
  /** The time of each bucket, in words. */
  times: readonly string[];
  /** A value in words. */
  words: (value: number) => string;
}

export function TimeChart({ title, summary, lines, times, words }: TimeChartProps): ReactElement {
  const styles = useStyles();
  const id = useId();
  const [isTable, setTable] = useState(false);
  const scale = scaleOf(lines.map(({ values }) => values));
  const looks = [
    mergeClasses(styles.line, styles.first),
    mergeClasses(styles.line, styles.second, styles.dashed),
    mergeClasses(styles.line, styles.third, styles.dotted),
  ];
  return (
    <figure className={styles.chart} aria-labelledby={id}>
      <h3 id={id} className={styles.title}>
        {title}
      </h3>
      <figcaption className={styles.quiet}>{summary}</figcaption>
      {isTable ? (
        <Table title={title} lines={lines} times={times} words={words} />
      ) : (
        <div aria-hidden>
          <div className={styles.quiet}>{words(scale)}</div>
          <div className={styles.plot}>
            <svg className={styles.picture} viewBox="0 0 100 100" preserveAspectRatio="none">
              {lines.map(({ name, values }, index) => (
                <g key={name} className={looks[index] ?? styles.line}>
                  <path d={pathOf(values, scale)} vectorEffect="non-scaling-stroke" />
                  <path d={dotsOf(values, scale)} className={styles.dots} vectorEffect="non-scaling-stroke" />
                </g>
              ))}
            </svg>
          </div>
          <div className={mergeClasses(styles.ends, styles.quiet)}>
            <span>{times[0]}</span>
            <span>{times.at(-1)}</span>
          </div>
          <ul className={styles.legend}>
            {lines.map(({ name }, index) => (
              <li key={name} className={styles.entry}>
                <svg className={styles.sample} viewBox="0 0 24 8">
                  <path d="M0 4H24" className={looks[index] ?? styles.line} />
                </svg>
                {name}
              </li>
            ))}
          </ul>
        </div>
      )}
      <div>
        <Button size="small" appearance="subtle" aria-expanded={isTable} onClick={() => setTable(!isTable)}>
          {isTable ? 'Show as a chart' : 'Show as a table'}
        </Button>
      </div>
    </figure>
  );
}

function Table({ title, lines, times, words }: Omit<TimeChartProps, 'summary'>): ReactElement {
  const styles = useStyles();
  return (
    // What scrolls can be reached with the keyboard.
    <div className={styles.frame} tabIndex={0} role="region" aria-label={`${title} as a table`}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col" className={mergeClasses(styles.cell, styles.start)}>
              Time
            </th>
            {lines.map(({ name }) => (
              <th key={name} scope="col" className={styles.cell}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {times.map((time, bucket) => (
            <tr key={`${time} ${bucket}`}>
              <th scope="row" className={mergeClasses(styles.cell, styles.start)}>
                {time}
              </th>
              {lines.map(({ name, values }) => {
                const value = values[bucket];
                return (
                  <td key={name} className={styles.cell}>
                    {value === undefined ? '—' : words(value)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
