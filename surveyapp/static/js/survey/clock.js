// The time by this phone, which may be wrong, and what is to happen later. Tests hand in another.

export const phoneClock = {
  now: () => Date.now(),
  // Calls `act` after so many milliseconds, unless what is returned is called before.
  after(milliseconds, act) {
    const timer = setTimeout(act, milliseconds);
    return () => clearTimeout(timer);
  },
};
