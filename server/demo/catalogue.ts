/** A line of a past class's chat: minute of the class, who (0 = the teacher, else one of those who were there), what. */
export type ChatLine = readonly [minute: number, who: number, text: string];

/** One class's subject. */
export interface Topic {
  title: string;
  description: string;
  chat: readonly ChatLine[];
}

/** A course of the demo school. */
export interface DemoCourse {
  code: string;
  slug: string;
  title: string;
  subtitle: string;
  description: string;
  teacher: string;
  /** Whether everybody of the school may come across it. */
  isPublic?: true;
  assistant?: string;
  /** Numbers of the students who learn in it, first and last; `also` adds single ones. */
  students: { from: number; to: number; also?: readonly number[] };
  topics: readonly Topic[];
}

const biology: DemoCourse = {
  code: 'BIO-10B',
  slug: 'biology-10b',
  title: 'Biology 10B',
  subtitle: 'Cells, energy and heredity',
  description:
    'How living things get their energy, copy themselves and pass on what they are. Two classes a week and one practical; bring your notebook, we draw a lot.',
  teacher: 'teacher@lectern.test',
  assistant: 'tanaka@lectern.test',
  students: { from: 1, to: 30 },
  topics: [
    {
      title: 'Photosynthesis: where the light goes',
      description: 'From a photon in the leaf to a molecule of sugar.',
      chat: [
        [1, 0, 'Good morning! Please open the class notes, the diagram of the chloroplast is at the top.'],
        [2, 1, 'Morning! I can see it'],
        [9, 4, 'Is the stroma the same as cytoplasm?'],
        [10, 0, 'Good question. No: the stroma is inside the chloroplast, the cytoplasm is around it.'],
        [18, 7, 'So the oxygen comes from the water and not from the CO₂?'],
        [19, 0, 'Exactly. That is what the experiment with heavy oxygen showed.'],
        [31, 2, 'Could you leave the equation on the screen a bit longer please'],
        [44, 0, 'For next time: label the thylakoid drawing in the notes, in pairs.'],
        [44, 5, 'Thanks, see you on the next one'],
      ],
    },
    {
      title: 'Cellular respiration',
      description: 'Glycolysis, the citric acid cycle and what the electron transport chain is for.',
      chat: [
        [0, 0, 'Hello everyone, two minutes until we start.'],
        [1, 3, 'hi!'],
        [12, 6, 'Why does glycolysis not need oxygen?'],
        [13, 0, 'It happened on Earth long before there was oxygen in the air. More on that in a minute.'],
        [25, 1, 'I count 30 ATP, my book says 38'],
        [
          26,
          0,
          'Older books say 38. Measured, it is closer to 30: moving things through membranes costs some.',
        ],
        [40, 8, 'That explains it, thank you'],
      ],
    },
    {
      title: 'Mendel and the two laws',
      description: 'Peas, squares and why siblings differ.',
      chat: [
        [3, 0, 'Draw the square for Bb × Bb in the notes, everybody one box.'],
        [6, 2, 'I took bottom left'],
        [14, 9, 'What if both traits are on the same chromosome?'],
        [15, 0, 'Then the second law does not hold, and that is next week. Well spotted.'],
        [38, 4, '9:3:3:1, got it'],
      ],
    },
  ],
};

const algebra: DemoCourse = {
  code: 'ALG-9A',
  slug: 'algebra-9a',
  title: 'Algebra 9A',
  subtitle: 'Functions and equations',
  description:
    'Linear and quadratic functions, systems of equations, and the habit of checking an answer. Short exercises in every class, solved together on the shared page.',
  teacher: 'teacher@lectern.test',
  students: { from: 1, to: 24 },
  topics: [
    {
      title: 'Quadratics: completing the square',
      description: 'A way to solve every quadratic equation, and where the formula comes from.',
      chat: [
        [1, 0, 'Welcome back. Exercise 4 from last time first, who wants to show theirs?'],
        [3, 5, 'I can!'],
        [11, 2, 'why do we add 9 on both sides'],
        [12, 0, 'Half of 6 is 3, and 3 squared is 9: then the left side is (x + 3)².'],
        [13, 2, 'ohh'],
        [29, 8, 'Can the number under the root be negative?'],
        [30, 0, 'It can. For now we write "no real solution"; in two years you will meet the others.'],
        [43, 1, 'Homework is 12 to 16?'],
        [43, 0, '12 to 15. Have a good afternoon.'],
      ],
    },
    {
      title: 'Systems of two equations',
      description: 'Substitution, elimination, and the picture behind both.',
      chat: [
        [2, 0, 'Today there is a story about tickets in the notes. Read it first, please.'],
        [8, 3, 'Do we have to use x and y?'],
        [9, 0, 'Any letters you like, as long as you say what they stand for.'],
        [22, 6, 'Parallel lines = no solution?'],
        [22, 0, 'Yes. And the same line twice?'],
        [23, 4, 'infinitely many'],
        [24, 0, '👍'],
      ],
    },
  ],
};

const physics: DemoCourse = {
  code: 'PHY-11L',
  slug: 'physics-lab-11',
  title: 'Physics Lab 11',
  subtitle: 'Measuring, doubting, measuring again',
  description:
    'One experiment a week: set it up, take data together, estimate the error, write it down so that somebody else could repeat it.',
  teacher: 'teacher@lectern.test',
  students: { from: 5, to: 20, also: [1, 2] },
  topics: [
    {
      title: 'The pendulum and g',
      description: 'How well can we measure gravity with a string and a phone?',
      chat: [
        [2, 0, 'Groups as last week. Put your lengths and periods straight into the table in the notes.'],
        [14, 3, 'Our period is 2.01 s for 1.00 m, is that plausible?'],
        [15, 0, 'Very. Time ten swings and divide: what happens to your error?'],
        [21, 3, '0.02 s → 0.002 s!'],
        [33, 7, 'We get g = 9.6, who else?'],
        [34, 1, '9.79 here'],
        [36, 0, 'Nice spread. Compare how you measured the length: to the knot or to the middle of the bob?'],
        [37, 7, 'to the knot… that is it'],
      ],
    },
    {
      title: 'Ohm, and what does not obey him',
      description: 'A resistor, a lamp and a diode under the same voltage.',
      chat: [
        [1, 0, 'Goggles are not needed today, patience is.'],
        [16, 4, 'The lamp’s curve bends. Did we do something wrong?'],
        [17, 0, 'No, that is the point. What changes in a lamp when it shines?'],
        [18, 2, 'It gets hot → more resistance'],
        [41, 0, 'Reports by Friday, one per group.'],
      ],
    },
  ],
};

const literature: DemoCourse = {
  code: 'LIT-10',
  isPublic: true,
  slug: 'world-literature-10',
  title: 'World Literature 10',
  subtitle: 'Stories that travelled',
  description:
    'Epics, folk tales and novels from five continents, read side by side. We argue about characters, not about grades.',
  teacher: 'okafor@lectern.test',
  students: { from: 3, to: 28 },
  topics: [
    {
      title: 'Things Fall Apart: chapters 1 to 8',
      description: 'Okonkwo, his father, and what a reputation costs.',
      chat: [
        [4, 0, 'Which scene stayed with you? One line each.'],
        [5, 2, 'The locusts. It sounds beautiful and you know it is not'],
        [6, 6, 'Unoka and his flute'],
        [20, 3, 'Is Okonkwo a hero at all?'],
        [21, 0, 'Hold that question, we will vote on it at the end and again after chapter 25.'],
      ],
    },
    {
      title: 'Gilgamesh and the plant',
      description: 'The oldest story we have about not wanting to die.',
      chat: [
        [2, 0, 'The translation is linked in the notes; we read tablet XI aloud.'],
        [17, 5, 'So the snake just… takes it?'],
        [18, 0, 'And sheds its skin. What did people see in that?'],
        [19, 1, 'That snakes can start over'],
      ],
    },
  ],
};

/** The courses of the demo school. */
export const catalogue: readonly DemoCourse[] = [biology, algebra, physics, literature];

/** The subject of a course's class on a day: they take turns, so that two days in a row differ. */
export function topicOn(course: DemoCourse, day: Date): Topic {
  const number = Math.floor(day.getTime() / 86_400_000);
  const topic = course.topics[number % course.topics.length];
  if (!topic) throw new Error('a demo course has no topics');
  return topic;
}
