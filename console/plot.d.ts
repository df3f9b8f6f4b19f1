interface Piece {
  readonly warm: number;
  readonly waited: number;
  readonly refused: number;
}

interface Bar {
  readonly kind: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function shareOf(piece: Piece): number | null;
export function layoutOf(stockOut: {
  readonly observed: readonly Piece[];
  readonly predicted: number;
}): {
  readonly top: number;
  readonly base: number;
  readonly bars: readonly Bar[];
  readonly predictedY: number;
};
export function percent(share: number): string;
