/** How fast a job was at a moment. */
export interface SpeedPoint {
  /** Since the job began. */
  readonly elapsedMs: number;
  readonly bytesPerSecond: number;
}

/** Speed over the whole job, in a bounded number of points. */
export interface SpeedHistory {
  /** Points are at least this far apart. */
  readonly stepMs: number;
  readonly points: readonly SpeedPoint[];
}

/** As many points as a chart of a window's width can show. */
export const maxSpeedPoints = 120;

/** A history without points. */
export const noSpeeds: SpeedHistory = { stepMs: 1000, points: [] };

/** The history with one more point; a long one keeps every other point and twice the distance. */
export function withSpeed(history: SpeedHistory, point: SpeedPoint): SpeedHistory {
  const last = history.points.at(-1);
  if (last !== undefined && point.elapsedMs - last.elapsedMs < history.stepMs) {
    return history;
  }
  const points = [...history.points, point];
  return points.length <= maxSpeedPoints
    ? { ...history, points }
    : { stepMs: history.stepMs * 2, points: points.filter((_, index) => index % 2 === 0) };
}
