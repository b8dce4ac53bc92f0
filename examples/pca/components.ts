/**
 * Principal components from what nodes add up, never from rows. Each step takes from a node a few sums over all its
 * rows; together they say as much as all rows in one place would.
 *
 * @module
 */
import { EigenvalueDecomposition, Matrix } from "ml-matrix";

/** Rows of numbers. */
export type Rows = readonly (readonly number[])[];

/** How many rows there are, and the sum of each column. */
export interface Sums {
  readonly count: number;
  readonly sums: readonly number[];
}

/** The directions in which rows differ most. */
export interface Components {
  /** A component a row, of length 1: how much of each column is in it. */
  readonly directions: Matrix;
  /** The part of all differences that lies in each one, from 0 to 1. */
  readonly shares: readonly number[];
}

/** What a node tells first. */
export function sumsOf(rows: Rows): Sums {
  const matrix = matrixOf(rows);
  return { count: matrix.rows, sums: matrix.sum("column") };
}

/** The means of the columns of all nodes. @throws {RangeError} when there are less than two rows */
export function meansOf(parts: readonly Sums[]): number[] {
  const count = parts.reduce((all, part) => all + part.count, 0);
  if (count < 2) throw new RangeError("Cannot compare less than two rows");
  return parts[0].sums.map((_, column) => parts.reduce((all, { sums }) => all + sums[column], 0) / count);
}

/** What a node tells next: the products of each two columns about their means, added up over its rows. */
export function scatterOf(rows: Rows, means: readonly number[]): Matrix {
  const centred = matrixOf(rows).subRowVector([...means]);
  return centred.transpose().mmul(centred);
}

/**
 * The components of the rows of all nodes, with every column measured by its own spread.
 * @param scatters of all nodes, about the means of all
 * @throws {RangeError} when a column is the same everywhere
 */
export function componentsOf(scatters: readonly Matrix[], wanted: number): Components {
  const scatter = scatters.reduce((all, part) => Matrix.add(all, part), Matrix.zeros(...sizeOf(scatters[0])));
  const spreads = scatter.diagonal().map(Math.sqrt);
  if (spreads.includes(0)) {
    throw new RangeError(`Cannot compare column ${spreads.indexOf(0) + 1} as it is the same in all rows`);
  }
  const correlation = scatter.divColumnVector(spreads).divRowVector(spreads);
  const eigen = new EigenvalueDecomposition(correlation, { assumeSymmetric: true });
  // They come with the smallest first.
  const order = eigen.realEigenvalues.map((_, i) => i).reverse().slice(0, wanted);
  const directions = order.map((i) => upright(eigen.eigenvectorMatrix.getColumn(i)));
  return {
    directions: new Matrix(directions),
    shares: order.map((i) => eigen.realEigenvalues[i] / spreads.length),
  };
}

/** A direction and its opposite are the same component: this is the one with the larger sum. */
function upright(direction: readonly number[]): number[] {
  const sum = direction.reduce((all, weight) => all + weight, 0);
  return direction.map((weight) => sum < 0 ? -weight : weight);
}

function sizeOf({ rows, columns }: Matrix): [rows: number, columns: number] {
  return [rows, columns];
}

function matrixOf(rows: Rows): Matrix {
  return new Matrix(rows.map((row) => [...row]));
}
