"""What happens in a month: chance, rules, the programme's calendar and the two engines."""
