/** Upload speed at a point in time. */
export interface SpeedPoint {
  /** Elapsed time of the job. */
  readonly elapsedMs: number;
  readonly bytesPerSecond: number;
}

/** Upload speed of the whole job, with a limited number of points. */
export interface SpeedHistory {
  /** Minimum distance of points. */
  readonly stepMs: number;
  readonly points: readonly SpeedPoint[];
}

/** Maximum number of points that the chart can show. */
export const maxSpeedPoints = 120;

export const noSpeeds: SpeedHistory = { stepMs: 1000, points: [] };

/** Adds a point. At the limit, every other point is dropped and the distance doubled. */
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
