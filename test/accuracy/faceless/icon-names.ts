const list = (names: string): readonly string[] => names.trim().split(/\s+/);

/** Drawings without a face of its own: plants and animals seen whole, food, vehicles and buildings, things. */
export const plainIcons: readonly string[] = list(`
  ant baby-chick bat bird blossom blowfish boar bouquet bug
  butterfly cactus camel cat cherry-blossom chicken chipmunk cow crocodile
  deciduous-tree deer dog dolphin dove dragon duck eagle elephant
  evergreen-tree ewe fallen-leaf fish four-leaf-clover goat hatching-chick herb hibiscus
  honeybee horse lady-beetle leaf-fluttering-in-wind leopard lizard maple-leaf mouse octopus
  ox palm-tree paw-prints penguin pig poodle rabbit ram rat
  rhinoceros rooster rose rosette scorpion seedling shamrock shark sheaf-of-rice
  snail snake spider spider-web spiral-shell spouting-whale sunflower tiger tropical-fish
  tulip turkey turtle two-hump-camel water-buffalo whale white-flower wilted-flower
  amphora avocado baby-bottle bacon baguette-bread banana beer-mug bento-box birthday-cake
  bottle-with-popping-cork bread burrito candy carrot cheese-wedge cherries chestnut chocolate-bar
  clinking-beer-mugs clinking-glasses cocktail-glass cooked-rice cookie cooking crab croissant cucumber
  curry-rice custard dango doughnut ear-of-corn egg eggplant fish-cake-with-swirl fork-and-knife
  fork-and-knife-with-plate french-fries fried-shrimp glass-of-milk grapes green-apple green-salad hamburger honey-pot
  hot-beverage hot-dog hot-pepper ice-cream kitchen-knife kiwi-fruit lemon lollipop meat-on-bone
  melon mushroom oden pancakes peach peanuts pear pineapple pizza
  popcorn pot-of-food potato poultry-leg red-apple rice-ball rice-cracker roasted-sweet-potato sake
  shallow-pan-of-food shaved-ice shortcake shrimp soft-ice-cream spaghetti spoon squid steaming-bowl
  strawberry stuffed-flatbread sushi taco tangerine teacup-without-handle tomato tropical-drink tumbler-glass
  watermelon wine-glass
  aerial-tramway airplane airplane-arrival airplane-departure alarm-clock ambulance anchor articulated-lorry automobile
  bank barber-pole beach-with-umbrella bellhop-bell bicycle bridge-at-night building-construction bullet-train bus
  bus-stop camping canoe castle church circus-tent cityscape cityscape-at-dusk classical-building
  closed-umbrella cloud cloud-with-lightning cloud-with-lightning-and-rain cloud-with-rain cloud-with-snow comet construction convenience-store
  cyclone delivery-truck department-store derelict-house desert desert-island droplet factory ferris-wheel
  ferry fire fire-engine fog foggy fountain fuel-pump glowing-star helicopter
  high-speed-train high-voltage horizontal-traffic-light hospital hot-springs hotel hourglass-done hourglass-not-done house
  house-with-garden houses japanese-castle japanese-post-office kaaba kick-scooter light-rail locomotive mantelpiece-clock
  metro milky-way minibus monorail mosque motor-boat motor-scooter motorcycle motorway
  mount-fuji mountain mountain-cableway mountain-railway national-park night-with-stars office-building oil-drum oncoming-automobile
  oncoming-bus oncoming-police-car oncoming-taxi passenger-ship police-car police-car-light post-office racing-car railway-car
  railway-track rainbow rocket roller-coaster sailboat satellite school shinto-shrine ship
  shooting-star small-airplane snow-capped-mountain snowflake speedboat sport-utility-vehicle stadium star station
  stop-sign stopwatch sun sun-behind-cloud sun-behind-large-cloud sun-behind-rain-cloud sun-behind-small-cloud sunrise sunrise-over-mountains
  sunset suspension-railway synagogue taxi tent thermometer timer-clock tokyo-tower tornado
  tractor train tram tram-car trolleybus umbrella umbrella-on-ground umbrella-with-rain-drops vertical-traffic-light
  volcano watch water-wave
  alembic balance-scale bar-chart battery bell bikini bow-and-arrow calendar card-file-box
  chart-decreasing chart-increasing-with-yen clamp clipboard coffin computer-mouse couch-and-lamp credit-card crown
  desktop-computer dress dvd electric-plug envelope-with-arrow file-cabinet flashlight fountain-pen gear
  glasses guitar hammer-and-pick handbag high-heeled-shoe incoming-envelope key kimono laptop
  level-slider link lipstick locked-with-key loudspeaker magnifying-glass-tilted-right megaphone microphone mobile-phone
  money-bag musical-keyboard muted-speaker nut-and-bolt open-file-folder outbox-tray page-facing-up pager paperclip
  pencil pill postal-horn prayer-beads purse radio rescue-workers-helmet round-pushpin satellite-antenna
  scissors shield shopping-cart speaker-high-volume speaker-medium-volume straight-ruler sunglasses t-shirt telephone-receiver
  toilet trackball trumpet videocassette wastebasket womans-clothes womans-sandal
`);

/** Drawings of faces, human or not: hard cases, counted apart. */
export const iconsWithFaces: readonly string[] = list(`
  bear cat-face cow-face dog-face dragon-face fox frog front-facing-baby-chick gorilla
  hamster horse-face koala lion monkey monkey-face mouse-face owl panda
  pig-face pig-nose rabbit-face tiger-face unicorn wolf alien alien-monster anger-symbol
  angry-face angry-face-with-horns anguished-face anxious-face-with-sweat astonished-face beaming-face-with-smiling-eyes beating-heart black-heart blue-heart
  bomb broken-heart cat-with-tears-of-joy cat-with-wry-smile clown-face collision confounded-face confused-face cowboy-hat-face
  crying-cat crying-face dashing-away disappointed-face dizzy dizzy-face downcast-face-with-sweat drooling-face expressionless-face
  eye-in-speech-bubble face-blowing-a-kiss face-savoring-food face-screaming-in-fear face-with-head-bandage face-with-medical-mask face-with-open-mouth face-with-rolling-eyes face-with-steam-from-nose
  face-with-tears-of-joy face-with-thermometer face-with-tongue face-without-mouth fearful-face flushed-face frowning-face frowning-face-with-open-mouth ghost
  goblin green-heart grimacing-face grinning-cat grinning-cat-with-smiling-eyes grinning-face grinning-face-with-big-eyes grinning-face-with-smiling-eyes grinning-face-with-sweat
  grinning-squinting-face growing-heart hear-no-evil-monkey heart-decoration heart-exclamation heart-with-arrow heart-with-ribbon hole hugging-face
  hundred-points hushed-face kiss-mark kissing-cat kissing-face kissing-face-with-closed-eyes kissing-face-with-smiling-eyes left-speech-bubble loudly-crying-face
  love-letter lying-face money-mouth-face nauseated-face nerd-face neutral-face ogre pensive-face persevering-face
  pile-of-poo pouting-cat pouting-face purple-heart red-heart relieved-face old-man old-woman construction-worker
  mrs-claus santa-claus pregnant-woman guard detective prince princess police-officer snowman
  moai jack-o-lantern joker japanese-dolls performing-arts statue-of-liberty full-moon-face sun-with-face new-moon-face
`);
