"""The ground floor: knows no feature; every other package stands on it."""
