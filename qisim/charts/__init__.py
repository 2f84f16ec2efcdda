"""What all charts share: style, fan, run chart, labels of maps, panels and files."""
