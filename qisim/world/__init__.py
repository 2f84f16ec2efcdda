"""Where it takes place: facilities, their districts and the ties along which they hear of each other."""
