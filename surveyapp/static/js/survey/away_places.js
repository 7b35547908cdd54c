// Where the page of a day without a signal is kept, with its files.
export const AWAY = "spot 1";
